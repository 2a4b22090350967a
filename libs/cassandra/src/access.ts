import { checkServerIdentity } from 'node:tls';
import { readSecret, readTlsFiles } from '@navora/runtime';
import { auth, type ClientOptions } from 'cassandra-driver';

/** By what nodes are known to us, and we to them. */
export interface CassandraAccess {
  /** PEM files; without the first, plain text. */
  cassandraCaFile?: string | undefined;
  cassandraCertFile?: string | undefined;
  cassandraKeyFile?: string | undefined;
  /** The name in the nodes' certificates, where it is not the address they are reached at. */
  cassandraServerName?: string | undefined;
  /** A role and the file of its password; without them nobody in particular. */
  cassandraUsername?: string | undefined;
  cassandraPasswordFile?: string | undefined;
}

/** Of the driver. Files are read at each connection: certificates and passwords are replaced while we run. */
export function accessOptions(access: CassandraAccess): Pick<ClientOptions, 'sslOptions' | 'authProvider'> {
  const { cassandraUsername: username, cassandraPasswordFile: passwordFile } = access;
  return {
    ...(access.cassandraCaFile !== undefined && { sslOptions: tlsOf(access) }),
    ...(username !== undefined && { authProvider: new PasswordOnFile(username, passwordFile) }),
  };
}

/** The driver copies these for each connection, and with that asks for each. */
function tlsOf(access: CassandraAccess): ClientOptions['sslOptions'] {
  const { cassandraCaFile: caFile, cassandraCertFile: certFile, cassandraKeyFile: keyFile } = access;
  const serverName = access.cassandraServerName;
  const read = () => readTlsFiles({ caFile, certFile, keyFile });
  return {
    get ca() {
      return read().ca;
    },
    get cert() {
      return read().cert;
    },
    get key() {
      return read().key;
    },
    minVersion: 'TLSv1.2',
    // The driver, left to itself, would believe anybody.
    rejectUnauthorized: true,
    ...(serverName !== undefined && {
      servername: serverName,
      checkServerIdentity: (_address, certificate) => checkServerIdentity(serverName, certificate),
    }),
  };
}

class PasswordOnFile extends auth.PlainTextAuthProvider {
  constructor(
    private readonly role: string,
    private readonly file: string | undefined,
  ) {
    super(role, '');
  }

  override newAuthenticator(endpoint: string, name: string): auth.Authenticator {
    const password = this.file === undefined ? '' : readSecret(this.file);
    return new auth.PlainTextAuthProvider(this.role, password).newAuthenticator(endpoint, name);
  }
}

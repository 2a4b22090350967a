import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';

/** Where a registry is, and by what one knows the other. */
export interface RegistryAccess {
  registryUrl: string;
  /** PEM file of the authorities whose servers are trusted; left out, the well-known ones. */
  registryCaFile?: string | undefined;
  /** A user and the file of the password (basic authentication); without them nobody in particular. */
  registryUsername?: string | undefined;
  registryPasswordFile?: string | undefined;
}

/** Of the HTTP client, made anew when the registry no longer takes the password. */
export function accessDefaults(access: RegistryAccess) {
  const { registryCaFile, registryUsername: username, registryPasswordFile: passwordFile } = access;
  return {
    ...(registryCaFile !== undefined && { httpsAgent: new TrustingOnFile(registryCaFile) }),
    ...(username !== undefined && { auth: { username, password: passwordIn(passwordFile) } }),
  };
}

/** Reads whom to trust at each connection: certificates of authorities are replaced while we run. */
class TrustingOnFile extends Agent {
  constructor(private readonly caFile: string) {
    super({ keepAlive: true, minVersion: 'TLSv1.2' });
  }

  override createConnection(...[options, done]: Parameters<Agent['createConnection']>) {
    return super.createConnection({ ...options, ca: readFileSync(this.caFile) }, done);
  }
}

/** Editors end a file with a newline; no password does. */
function passwordIn(file: string | undefined): string {
  return file === undefined ? '' : readFileSync(file, 'utf8').replace(/\r?\n$/, '');
}

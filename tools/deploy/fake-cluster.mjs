import { createServer } from 'node:http';

/**
 * As much of an API server as helm asks when it looks up StatefulSets: enough to see what the chart says when some are
 * there. It takes nothing and runs nothing.
 *
 * @param {object[]} statefulSets
 * @returns {Promise<{ url: string, close: () => void }>}
 */
export async function fakeCluster(statefulSets) {
  const resource = { name: 'statefulsets', kind: 'StatefulSet', namespaced: true, verbs: ['get', 'list'] };
  const answers = {
    '/version': { major: '1', minor: '33', gitVersion: 'v1.33.0' },
    '/api': { kind: 'APIVersions', versions: ['v1'] },
    '/api/v1': { kind: 'APIResourceList', groupVersion: 'v1', resources: [] },
    '/apis': {
      kind: 'APIGroupList',
      groups: [
        {
          name: 'apps',
          versions: [{ groupVersion: 'apps/v1', version: 'v1' }],
          preferredVersion: { groupVersion: 'apps/v1', version: 'v1' },
        },
      ],
    },
    '/apis/apps/v1': { kind: 'APIResourceList', groupVersion: 'apps/v1', resources: [resource] },
    '/apis/apps/v1/namespaces/navora/statefulsets': {
      kind: 'StatefulSetList',
      apiVersion: 'apps/v1',
      metadata: { resourceVersion: '1' },
      items: statefulSets,
    },
  };
  const server = createServer((request, response) => {
    const answer = answers[(request.url ?? '').split('?')[0]];
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify(answer ?? { kind: 'Status', status: 'Failure', reason: 'NotFound', code: 404 }),
    );
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

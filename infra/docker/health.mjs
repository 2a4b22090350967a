// What a container engine and `helm test` ask with: there is nothing else in the image that could ask.
const own = `http://127.0.0.1:${process.env.NAVORA_ADMIN_PORT}/health/ready`;
const urls = process.argv.length > 2 ? process.argv.slice(2) : [own];

for (const url of urls) {
  const problem = await problemOf(url);
  process.stdout.write(`${url}: ${problem ?? 'ready'}\n`);
  if (problem !== undefined) process.exitCode = 1;
}

async function problemOf(url) {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2500) });
    const said = await answer.text();
    return answer.ok ? undefined : said;
  } catch (error) {
    return error.cause?.message ?? error.message;
  }
}

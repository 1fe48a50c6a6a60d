// Sends what is meant for Facebook to the provider of the benchmark: the package has no setting for it.
const graph = process.env.BENCHMARK_GRAPH_URL;
const fetch = globalThis.fetch;

globalThis.fetch = (input, options) =>
  fetch(String(input).replace(/^https:\/\/graph\.facebook\.com/, graph), options);

// Sends what is meant for Facebook to the provider of the benchmark: the package has no setting for it.
import http from "node:http";
import https from "node:https";

const agent = new http.Agent({ keepAlive: true });

https.get = (url, callback) =>
  http.get(String(url).replace(/^https:\/\/graph\.facebook\.com/, process.env.BENCHMARK_GRAPH_URL), { agent }, callback);

// Parse Server in Express on PostgreSQL, as its guide says: users log in by the data that Facebook gave the app.
import "./loopback.mjs";
import express from "express";
import { ParseServer } from "parse-server";

const { BENCHMARK_APP_ID, BENCHMARK_APP_SECRET, BENCHMARK_DATABASE, BENCHMARK_DATABASE_HOST, BENCHMARK_PORT } = process.env;
const server = new ParseServer({
  databaseURI: `postgres://postgres@localhost/${BENCHMARK_DATABASE}`,
  databaseOptions: { host: BENCHMARK_DATABASE_HOST, max: 20 },
  appId: "bench",
  masterKey: "a-sample-key-of-the-benchmark",
  serverURL: `http://127.0.0.1:${BENCHMARK_PORT}/parse`,
  auth: { facebook: { appIds: [BENCHMARK_APP_ID], appSecret: BENCHMARK_APP_SECRET } },
  silent: true,
  logsFolder: null,
});
await server.start();
const app = express();
app.use("/parse", server.app);
const listening = app.listen({ port: Number(BENCHMARK_PORT), host: "127.0.0.1", backlog: 4096 });
listening.keepAliveTimeout = 75_000;

// better-auth in an HTTP server of Node's, as its page on installation says: SQLite, and Facebook as a provider.
import "./loopback.mjs";
import { createServer } from "node:http";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { SqliteDialect } from "kysely";
import Database from "libsql";

const { BENCHMARK_APP_ID, BENCHMARK_APP_SECRET, BENCHMARK_DATABASE, BENCHMARK_PORT } = process.env;
const database = new Database(BENCHMARK_DATABASE);
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");

const auth = betterAuth({
  baseURL: `http://127.0.0.1:${BENCHMARK_PORT}`,
  secret: "a-sample-secret-of-the-benchmark-with-enough-entropy-0123456789",
  database: { dialect: new SqliteDialect({ database }), type: "sqlite" },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  socialProviders: {
    facebook: { clientId: BENCHMARK_APP_ID, clientSecret: BENCHMARK_APP_SECRET },
  },
});

const { runMigrations } = await getMigrations(auth.options);
await runMigrations();
const server = createServer(toNodeHandler(auth));
server.keepAliveTimeout = 75_000;
server.listen({ port: Number(BENCHMARK_PORT), host: "127.0.0.1", backlog: 4096 });

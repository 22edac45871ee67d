// PostGraphile 4 as a library, with its settings for production. It reads
// DATABASE_URL, CONNECTIONS and WORKERS, and prints its address once it listens.
const cluster = require("node:cluster");
const http = require("node:http");
const { postgraphile } = require("postgraphile");

const workers = Number(process.env.WORKERS);
if (workers > 1 && cluster.isPrimary) {
  let listening = 0;
  cluster.on("listening", (_, address) => {
    if (++listening === workers) say(address.port);
  });
  for (let n = 0; n < workers; n++) cluster.fork();
} else {
  const pool = { connectionString: process.env.DATABASE_URL, max: Number(process.env.CONNECTIONS) / workers };
  const server = http.createServer(
    postgraphile(pool, "peer", {
      watchPg: false,
      graphiql: false,
      dynamicJson: true,
      ignoreRBAC: true,
      legacyRelations: "omit",
      disableQueryLog: true,
      disableDefaultMutations: true,
      queryCacheMaxSize: 50_000_000,
    }),
  );
  server.listen(0, "127.0.0.1", () => workers > 1 || say(server.address().port));
}

function say(port) {
  console.log(`http://127.0.0.1:${port}/graphql`);
}

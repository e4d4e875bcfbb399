// Node's socket.io with one of its two Redis adapters, as its documentation sets it up: one room, WebSocket only.
import { createServer } from "node:http";
import { createAdapter, createShardedAdapter } from "@socket.io/redis-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";

const pub = createClient({ url: process.env.REDIS_URL });
const sub = pub.duplicate();
await Promise.all([pub.connect(), sub.connect()]);
const http = createServer();
const adapter = process.env.SHARDED ? createShardedAdapter : createAdapter;
const io = new Server(http, { transports: ["websocket"], adapter: adapter(pub, sub) });
io.on("connection", (socket) => socket.join("bench"));
http.listen(Number(process.env.PORT), "127.0.0.1");

// Node's socket.io with its Redis adapter, as its documentation sets it up: one room, WebSocket only.
import { createServer } from "node:http";
import { createAdapter } from "@socket.io/redis-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";

const pub = createClient({ url: process.env.REDIS_URL });
const sub = pub.duplicate();
await Promise.all([pub.connect(), sub.connect()]);
const http = createServer();
const io = new Server(http, { transports: ["websocket"], adapter: createAdapter(pub, sub) });
io.on("connection", (socket) => socket.join("bench"));
http.listen(Number(process.env.PORT), "127.0.0.1");

/**
 * A mock of the whole server for work on the interface alone: the built UI, the page's shell, api v2 and events.
 * Run `npm run build`, then `node dev/server.mjs`, and open the printed address. Faults on request:
 *   POST /dev/down, /dev/up (refuse and drop connections), /dev/fail?status=503&times=3 (posts), /dev/chatter?times=5
 *   (others write), /dev/lag?ms=800 (slow answers), /dev/empty (nobody has written anything).
 */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { Server } from "socket.io";
import { escape, makeWorld, render } from "./data.mjs";
import { installation } from "./scale.mjs";

const ASSETS = join(import.meta.dirname, "../../src/flack_web/assets");
const TYPES = { ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json" };
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const ME = 1;
let world = makeWorld();
let down = false;
let lag = 0;
let failing = { status: 503, times: 0 };
let userSeq = 1;
const keys = new Map();
const tasks = new Map();

const http = createServer((request, response) => {
  handle(request, response).catch((error) => {
    console.error(error);
    response.writeHead(500).end();
  });
});
const io = new Server(http, { path: "/socket.io", transports: ["websocket"] });
io.use((socket, next) => next(down ? new Error("down") : undefined));
io.on("connection", (socket) => {
  socket.emit("ready", { user_id: ME, session_id: 1, streams: streams(), heads_interval: 30 });
  socket.on("authenticate", (_, done) => done({ ok: true }));
  socket.on("watch_presence", ({ user_ids }, done) => done({ online: user_ids.filter((id) => id === ME || id % 3 !== 0) }));
});

const streams = () => ({ [`user:${ME}`]: userSeq, ...Object.fromEntries([...world.channels.values()].filter(joined).map((channel) => [`channel:${channel.id}`, channel.last_seq])) });
const joined = (channel) => world.members.get(channel.id).some((member) => member.user_id === ME);
const stateOf = (channel) => {
  const members = world.members.get(channel.id);
  const own = members.find((member) => member.user_id === ME);
  return { ...channel, role: own?.role ?? "member", joined_at: own?.joined_at ?? channel.created_at, last_read_position: world.reads.get(channel.id) ?? 0, member_ids: channel.kind === "direct" ? members.map((member) => member.user_id) : null, member_count: members.length };
};
const snapshot = () => ({ user: world.users[0], preferences: world.preferences, streams: streams(), channels: [...world.channels.values()].filter(joined).map(stateOf), users: world.users.slice(0, 5) });

function emit(stream, type, payload) {
  const channel = stream.startsWith("channel:") ? world.channels.get(Number(stream.slice(8))) : null;
  const seq = channel ? (channel.last_seq += 1) : (userSeq += 1);
  const event = { stream, seq, type, at: new Date().toISOString(), payload };
  world.events.set(stream, [...(world.events.get(stream) ?? []), event]);
  io.emit("event", event);
}

function postMessage(channelId, userId, source, nonce = null) {
  const channel = world.channels.get(channelId);
  channel.last_position += 1;
  world.nextId += 1;
  const message = { id: world.nextId, channel_id: channelId, position: channel.last_position, user_id: userId, source, html: render(source), nonce, created_at: new Date().toISOString(), edited_at: null, deleted_at: null, previews: [] };
  world.messages.get(channelId).push(message);
  emit(`channel:${channelId}`, "message.posted", { message });
  return message;
}

async function bodyOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return parts.length ? JSON.parse(Buffer.concat(parts).toString()) : {};
}

async function handle(request, response) {
  const url = new URL(request.url, "http://localhost");
  const send = (status, body, headers = {}) => response.writeHead(status, { "Content-Type": status >= 400 ? "application/problem+json" : "application/json", ...headers }).end(status === 204 ? undefined : JSON.stringify(body));
  if (url.pathname.startsWith("/dev/")) return send(200, dev(url));
  if (url.pathname.startsWith("/assets/")) return asset(url, response);
  const body = await bodyOf(request);
  if (down) return request.socket.destroy();
  if (lag && url.pathname.startsWith("/api")) await new Promise((resolve) => setTimeout(resolve, lag));
  if (url.pathname.startsWith("/session")) return session(url, request, body, send);
  if (url.pathname.startsWith("/api/v2")) return api(request.method, url, body, request.headers, send);
  if (url.pathname === "/scale/snapshot") return send(200, installation(Date.now()));
  return shell(request, url, response);
}

function dev(url) {
  const n = (name, otherwise) => Number(url.searchParams.get(name) ?? otherwise);
  const what = url.pathname.slice(5);
  if (what === "down" || what === "up") {
    down = what === "down";
    if (down) io.disconnectSockets(true);
  } else if (what === "lag") lag = n("ms", 0);
  else if (what === "fail") failing = { status: n("status", 503), times: n("times", 3) };
  else if (what === "chatter") for (let i = 0; i < n("times", 1); i += 1) postMessage(n("channel", 1), 2 + (i % 4), url.searchParams.get("text") ?? `Something new, number ${i + 1}.`);
  else if (what === "typing") io.emit("typing", { channel_id: n("channel", 1), user_id: n("user", 2) });
  else if (what === "preview") {
    const message = world.messages.get(n("channel", 1)).find((other) => other.id === n("id", 0)) ?? world.messages.get(n("channel", 1)).at(-n("back", 1));
    message.previews = [{ url: "https://example.org/", title: "A page", description: "With some words about what it is, long enough for a second line of text, and then cut off where the second line ends.", site_name: "example.org" }];
    emit(`channel:${message.channel_id}`, "message.previewed", { message });
  } else if (what === "empty") {
    world = makeWorld();
    for (const id of [...world.channels.keys()]) if (id !== 6) world.channels.delete(id);
  } else if (what === "reset") world = makeWorld();
  return { ok: true };
}

async function asset(url, response) {
  const name = url.pathname.slice(8);
  const bytes = await readFile(join(ASSETS, name)).catch(() => null);
  if (!bytes) return response.writeHead(404).end();
  return response.writeHead(200, { "Content-Type": TYPES[extname(name)] ?? "application/octet-stream", "Cache-Control": "public, max-age=31536000, immutable" }).end(bytes);
}

const signedIn = (request) => !/flack_session=out/.test(request.headers.cookie ?? "");

async function shell(request, url, response) {
  const manifest = JSON.parse(await readFile(join(ASSETS, "manifest.json"), "utf8"));
  const entry = manifest[url.pathname === "/scale" ? "src/scale.tsx" : "src/main.tsx"];
  const state = signedIn(request) ? snapshot() : null;
  const boot = { user: state?.user ?? null, state, installation: { name: "Northwind", signup: "open", version: "0.1.0", v1_enabled: true }, version: "0.1.0" };
  const css = (entry.css ?? []).map((file) => `<link rel="stylesheet" href="/assets/${file}">`).join("");
  const preload = (entry.imports ?? []).map((name) => `<link rel="modulepreload" href="/assets/${manifest[name].file}">`).join("");
  response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": CSP }).end(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content"><title>${escape("Northwind")}</title>${css}${preload}
<script type="application/json" id="flack-boot">${JSON.stringify(boot).replaceAll("<", "\\u003c")}</script><script type="module" src="/assets/${entry.file}"></script></head><body><div id="app"></div></body></html>`);
}

function session(url, request, body, send) {
  if (url.pathname === "/session/token") return signedIn(request) ? send(200, { access_token: "mock", expires_in: 600, user_id: ME }) : send(401, { code: "signed_out", detail: "Sign in first." });
  if (request.method === "DELETE") return send(204, null, { "Set-Cookie": "flack_session=out; Path=/" });
  if (body.password === "wrong-password") return send(401, { code: "invalid_credentials", detail: "Nickname or password is wrong." });
  if (body.nickname === "taken") return send(422, { code: "invalid", detail: "Some fields are wrong.", errors: [{ field: "nickname", message: "This nickname is taken." }] });
  return send(200, { user: world.users[0] }, { "Set-Cookie": "flack_session=in; Path=/" });
}

function api(method, url, body, headers, send) {
  const path = url.pathname.slice(7);
  const query = url.searchParams;
  const parts = path.split("/").filter(Boolean);
  if (path === "/state") return send(200, snapshot());
  if (path === "/sync") {
    const answer = query.get("since").split(",").map((item) => {
      const [stream, seq] = item.split("@");
      const head = streams()[stream];
      return head === undefined ? { stream, recovered: false, seq: null, events: [] } : { stream, recovered: true, seq: head, events: (world.events.get(stream) ?? []).filter((event) => event.seq > Number(seq)) };
    });
    return send(200, { streams: answer });
  }
  if (path === "/users") {
    const ids = query.get("ids")?.split(",").map(Number);
    const q = query.get("q")?.toLowerCase() ?? "";
    return send(200, { users: world.users.filter((user) => (ids ? ids.includes(user.id) : user.display_name.toLowerCase().includes(q) || user.nickname.includes(q))) });
  }
  if (path === "/users/me/preferences") {
    Object.assign(world.preferences, body);
    emit(`user:${ME}`, "preferences.changed", { preferences: { ...world.preferences } });
    return send(200, world.preferences);
  }
  if (path === "/users/me") {
    Object.assign(world.users[0], body, { password: undefined, current_password: undefined });
    return send(200, world.users[0]);
  }
  if (path === "/invites") return send(201, { invite: "inv_3nPq8Zk2", expires_at: new Date().toISOString() });
  if (path === "/exports") {
    world.nextId += 1;
    const task = { id: world.nextId, kind: "export", state: "running", progress: 0, total: 400, result: null, error: null };
    tasks.set(task.id, task);
    return send(202, task, { Location: `/api/v2/tasks/${task.id}` });
  }
  if (parts[0] === "tasks") {
    const task = tasks.get(Number(parts[1]));
    if (parts[2] === "download") return send(200, { exported: true });
    task.progress = Math.min(400, task.progress + 90);
    if (task.progress === 400) task.state = "done";
    return send(200, task);
  }
  if (parts[0] === "channels") return channels(method, parts.slice(1), query, body, headers, send);
  return send(404, { detail: "Not found." });
}

function channels(method, parts, query, body, headers, send) {
  if (parts.length === 0 && method === "GET") {
    const q = query.get("q").toLowerCase();
    const found = [...world.channels.values()].filter((channel) => channel.kind === "public" && channel.name.includes(q));
    return send(200, { channels: found.map((channel) => ({ ...channel, joined: joined(channel), member_count: world.members.get(channel.id).length })), next: null });
  }
  if (parts.length === 0 || parts[0] === "direct") return createChannel(parts, body, send);
  const id = Number(parts[0]);
  const channel = world.channels.get(id);
  if (!channel) return send(404, { detail: "There is no such channel." });
  const stream = `channel:${id}`;
  if (parts[1] === "messages") return messages(method, id, parts[2], query, body, headers, send);
  if (parts[1] === "members") {
    const members = world.members.get(id);
    const userId = parts[2] === "me" ? ME : Number(parts[2] ?? body.user_id ?? ME);
    if (method === "GET") return send(200, { members, users: world.users.filter((user) => members.some((member) => member.user_id === user.id)) });
    if (method === "PATCH") {
      members.find((member) => member.user_id === userId).role = body.role;
      emit(stream, "member.role_changed", { channel_id: id, user_id: userId, role: body.role });
    } else if (method === "POST") {
      const member = { user_id: userId, role: "member", joined_at: new Date().toISOString() };
      members.push(member);
      emit(stream, "member.joined", { channel_id: id, member, user: world.users[userId - 1] });
      if (userId === ME) emit(`user:${ME}`, "membership.added", { channel: stateOf(channel), users: [] });
    } else {
      world.members.set(id, members.filter((member) => member.user_id !== userId));
      if (userId === ME) emit(`user:${ME}`, "membership.removed", { channel_id: id });
      else emit(stream, "member.left", { channel_id: id, user_id: userId });
    }
    return send(method === "DELETE" ? 204 : 200, {});
  }
  if (parts[1] === "read-position") {
    world.reads.set(id, Math.max(world.reads.get(id) ?? 0, body.position));
    emit(`user:${ME}`, "read_position.moved", { channel_id: id, position: world.reads.get(id) });
    return send(200, { channel_id: id, position: body.position, unread: 0 });
  }
  if (parts[1] === "archive") channel.archived_at = new Date().toISOString();
  else if (parts[1] === "unarchive") channel.archived_at = null;
  else Object.assign(channel, body);
  const { last_seq: _seq, last_position: _position, ...facts } = channel;
  emit(stream, "channel.updated", { channel: facts });
  return send(200, channel);
}

function createChannel(parts, body, send) {
  const others = parts[0] === "direct" ? body.user_ids : [];
  const wanted = [ME, ...others].sort().join();
  const same = [...world.channels.values()].find((channel) => parts[0] === "direct" && channel.kind === "direct" && world.members.get(channel.id).map((member) => member.user_id).sort().join() === wanted);
  if (same) return send(200, same);
  if (body.name === "general") return send(422, { detail: "Some fields are wrong.", errors: [{ field: "name", message: "There is a channel of this name already." }] });
  world.nextId += 1;
  const id = world.nextId;
  const channel = { id, kind: parts[0] === "direct" ? "direct" : body.kind, name: body.name ?? null, topic: body.topic ?? "", created_by: ME, created_at: new Date().toISOString(), archived_at: null, last_seq: 0, last_position: 0 };
  world.channels.set(id, channel);
  world.messages.set(id, []);
  world.members.set(id, [ME, ...others].map((user_id, index) => ({ user_id, role: index === 0 ? "owner" : "member", joined_at: channel.created_at })));
  emit(`user:${ME}`, "membership.added", { channel: stateOf(channel), users: world.users.filter((user) => others.includes(user.id)) });
  return send(201, channel);
}

function messages(method, id, messageId, query, body, headers, send) {
  const list = world.messages.get(id);
  const channel = world.channels.get(id);
  if (messageId) {
    const message = list.find((other) => other.id === Number(messageId));
    if (!message) return send(404, { detail: "There is no such message." });
    if (method === "GET") return send(200, message);
    const at = new Date().toISOString();
    if (method === "PATCH") Object.assign(message, { source: body.source, html: render(body.source), edited_at: at });
    else Object.assign(message, { source: "", html: "", deleted_at: at, previews: [] });
    emit(`channel:${id}`, method === "PATCH" ? "message.edited" : "message.deleted", { message: { ...message } });
    return send(method === "PATCH" ? 200 : 204, message);
  }
  if (method === "POST") {
    if (failing.times > 0) {
      failing.times -= 1;
      return send(failing.status, { detail: failing.status === 422 ? "The message has characters that cannot be stored." : "Flack has a problem at the moment." });
    }
    const key = headers["idempotency-key"];
    if (!keys.has(key)) keys.set(key, postMessage(id, ME, body.source, body.nonce));
    return send(201, keys.get(key));
  }
  const limit = Number(query.get("limit") ?? 50);
  let from = Math.max(0, list.length - limit);
  let to = list.length;
  if (query.has("before")) {
    to = list.findIndex((message) => message.position >= Number(query.get("before")));
    from = Math.max(0, to - limit);
  } else if (query.has("after")) {
    from = Number(query.get("after"));
    to = Math.min(list.length, from + limit);
  } else if (query.has("around")) {
    from = Math.max(0, Number(query.get("around")) - 1 - limit / 2);
    to = Math.min(list.length, from + limit);
  }
  return send(200, { messages: list.slice(from, to), has_before: from > 0, has_after: to < list.length, seq: channel.last_seq });
}

http.listen(Number(process.env.PORT ?? 4173), "127.0.0.1", () => console.log(`http://127.0.0.1:${http.address().port}`));

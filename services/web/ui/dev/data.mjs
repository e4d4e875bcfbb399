/** Believable content for the mock server: people, channels, messages. */
const NAMES = ["Ana Duarte", "Ben Okafor", "Chiara Conti", "Dmitri Volkov", "Elif Yılmaz", "Farid Rahimi", "Greta Lindqvist", "Hiro Tanaka", "Ines Moreau", "Jonas Weber"];
const CHANNELS = [
  ["general", "public", "What everybody should know"],
  ["design", "public", "How it looks and feels"],
  ["incidents", "public", "One thread of facts while something is broken"],
  ["random", "public", ""],
  ["release-planning", "private", "2.4 goes out on Thursday"],
  ["empty-room", "public", ""],
];
const LINES = [
  "Morning. The staging cluster is back, the node pool had run out of addresses.",
  "Thanks, that explains the flaky checks yesterday.",
  "I moved the retry budget into the client, so that a slow shard no longer drags the others with it. Review welcome: https://git.example.org/flack/pulls/482",
  "Looks right to me. One question: what happens when the budget is used up half way through a batch?",
  "> what happens when the budget is used up\n\nThe rest of the batch fails at once, and the caller sees which ones. I added a test for exactly that.",
  "Good.",
  "Here is the number you asked for:\n\n```sql\nselect channel_id, count(*) as messages\nfrom messages\nwhere created_at > now() - interval '7 days'\ngroup by channel_id\norder by messages desc\nlimit 10;\n```",
  "`p99` went from 210 ms to **48 ms** since Monday, and nobody touched the database.",
  "What did change?",
  "- one query less on the list\n- the index on `(channel_id, position)`\n- answers are cached for a second",
  "Nice. Write that down somewhere that is not this channel, please.",
  "Lunch?",
  "In ten minutes, I want to finish this one first.",
  "Does anybody know why the export has two header lines? A customer asked, and I could not find the reason in the history of the file. It has been like that since the very first version, so perhaps it is on purpose.",
  "It is not on purpose.",
];

export const escape = (text) => text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);

/** Enough of Markdown for screenshots; the real server renders with a real library. */
export function render(source) {
  return source
    .split(/(```[\s\S]*?```)/)
    .map((part) => {
      if (part.startsWith("```")) return `<pre><code>${escape(part.slice(3, -3).replace(/^\w*\n/, "").trimEnd())}</code></pre>`;
      return part.split(/\n\n+/).filter((block) => block.trim()).map(block).join("");
    })
    .join("");
}

function block(text) {
  const inline = (t) =>
    escape(t)
      .replace(/`([^`]+)`/g, "<code>$1</code>")
      .replace(/\*\*([^*]+)\*\*/g, "<strong>$1</strong>")
      .replace(/https?:\/\/\S+/g, (url) => `<a href="${url}" rel="noopener noreferrer nofollow">${url}</a>`);
  const lines = text.trim().split("\n");
  if (lines.every((line) => line.startsWith("> "))) return `<blockquote><p>${lines.map((line) => inline(line.slice(2))).join("<br>")}</p></blockquote>`;
  if (lines.every((line) => line.startsWith("- "))) return `<ul>${lines.map((line) => `<li>${inline(line.slice(2))}</li>`).join("")}</ul>`;
  return `<p>${lines.map(inline).join("<br>")}</p>`;
}

export function makeWorld() {
  const at = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();
  const users = NAMES.map((name, index) => ({
    id: index + 1,
    nickname: name.split(" ")[0].toLowerCase(),
    display_name: name,
    role: index === 0 ? "administrator" : "member",
    created_at: at(99999),
    deactivated_at: null,
    revision: 0,
  }));
  const world = { users, channels: new Map(), messages: new Map(), members: new Map(), reads: new Map(), events: new Map(), preferences: { theme: "auto", desktop_notifications: false, muted_channel_ids: [4] }, nextId: 1000 };
  const add = (id, name, kind, topic, memberIds, count) => {
    world.channels.set(id, { id, kind, name, topic, created_by: 1, created_at: at(50000), archived_at: null, last_seq: count, last_position: count });
    world.members.set(id, memberIds.map((user_id, index) => ({ user_id, role: index === 0 ? "owner" : "member", joined_at: at(40000) })));
    const list = [];
    for (let position = 1; position <= count; position += 1) list.push(message(world, id, position, memberIds, at(minutesAgo(count - position))));
    world.messages.set(id, list);
    world.reads.set(id, count);
  };
  CHANNELS.forEach(([name, kind, topic], index) => add(index + 1, name, kind, topic, users.map((user) => user.id), [400, 60, 20000, 30, 25, 0][index]));
  add(7, null, "direct", "", [1, 2], 12);
  add(8, null, "direct", "", [1, 3, 4], 8);
  add(9, null, "direct", "", [1, 5], 0);
  world.reads.set(2, 53);
  world.reads.set(7, 10);
  const last = world.messages.get(1).at(-4);
  last.previews = [{ url: "https://git.example.org/flack/pulls/482", title: "Client: retry budget per shard", description: "Moves the budget out of the pool, so that one slow shard no longer uses up the tries of all the others. Adds metrics and a test with a clock.", site_name: "git.example.org" }];
  world.messages.get(1).at(-9).edited_at = at(60);
  Object.assign(world.messages.get(1).at(-12), { deleted_at: at(50), source: "", html: "" });
  return world;
}

/** Talk comes in bursts: a few minutes apart within one, hours between them. */
const minutesAgo = (back) => back * 2.5 + Math.floor(back / 9) * 47 + Math.floor(back / 31) * 300;

function message(world, channel_id, position, memberIds, created_at) {
  const source = LINES[(position * 7 + (position % 3)) % LINES.length];
  const user_id = memberIds[Math.floor(position / 2.7) % memberIds.length];
  world.nextId += 1;
  return { id: world.nextId, channel_id, position, user_id, source, html: render(source), nonce: null, created_at, edited_at: null, deleted_at: null, previews: [] };
}

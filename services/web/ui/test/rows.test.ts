import { describe, expect, it } from "vitest";
import { rowsOf, type Row, type RowsInput } from "../src/state/rows";
import { message } from "./make";

const at = (day: number, hour: number, minute: number): string => new Date(2026, 2, day, hour, minute).toISOString();

function rows(fields: Partial<RowsInput>): Row[] {
  return rowsOf({ messages: [], pending: [], hasBefore: false, hasAfter: false, newAfter: null, me: 1, ...fields });
}
const shape = (list: Row[]): string[] =>
  list.map((row) => (row.kind === "message" || row.kind === "pending" ? `${row.kind}${row.first ? "*" : ""}` : row.kind));

describe("rows", () => {
  it("group one author within five minutes", () => {
    const messages = [
      message(1, { created_at: at(2, 10, 0) }),
      message(2, { created_at: at(2, 10, 5) }),
      message(3, { created_at: at(2, 10, 11) }),
      message(4, { created_at: at(2, 10, 12), user_id: 3 }),
    ];
    expect(shape(rows({ messages }))).toEqual(["start", "day", "message*", "message", "message*", "message*"]);
  });

  it("begin each day with a separator and a new group", () => {
    const messages = [message(1, { created_at: at(2, 23, 58) }), message(2, { created_at: at(3, 0, 1) })];
    expect(shape(rows({ messages }))).toEqual(["start", "day", "message*", "day", "message*"]);
  });

  it("draw the line before the first unread message of somebody else", () => {
    const messages = [message(1), message(2, { user_id: 1 }), message(3)];
    expect(shape(rows({ messages, newAfter: 1 }))).toEqual(["start", "day", "message*", "message*", "new", "message*"]);
  });

  it("say at either end that more is there", () => {
    expect(shape(rows({ messages: [message(1)], hasBefore: true, hasAfter: true }))).toEqual(["loading", "day", "message*", "loading"]);
  });

  it("keep the key of a message from sending to sent, and show it once", () => {
    const pending = { key: "k", channel_id: 7, source: "x", created_at: at(2, 10, 0), after: 0, state: "sending" as const, problem: null };
    const before = rows({ pending: [pending] });
    const after = rows({ pending: [pending], messages: [message(1, { nonce: "k", user_id: 1 })] });
    expect(before.at(-1)?.key).toBe("k");
    expect(after.filter((row) => row.key === "k")).toHaveLength(1);
    expect(after.at(-1)?.kind).toBe("message");
  });

  it("leave a refused message where it was written, above what was sent later", () => {
    const item = { channel_id: 7, source: "x", created_at: at(2, 10, 0), problem: null };
    const pending = [
      { ...item, key: "refused", after: 1, state: "failed" as const },
      { ...item, key: "waiting", after: 1, state: "queued" as const },
    ];
    const list = rows({ pending, messages: [message(1), message(2, { user_id: 1, nonce: "later" }), message(3)] });
    expect(list.map((row) => row.key).filter((key) => !/^(start|day)/.test(key))).toEqual(["message-101", "refused", "message-102", "message-103", "waiting"]);
  });

  it("have keys of their own where others send one nonce twice", () => {
    const keys = rows({ messages: [message(1, { nonce: "same" }), message(2, { nonce: "same" })] }).map((row) => row.key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("have keys of their own, all of them", () => {
    const messages = Array.from({ length: 500 }, (_, index) => message(index + 1, { created_at: at(1 + (index % 28), 10, 0) }));
    const keys = rows({ messages }).map((row) => row.key);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

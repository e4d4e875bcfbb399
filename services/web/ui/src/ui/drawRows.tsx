import type { VNode } from "preact";
import type { Row } from "../state/rows";
import { MessageRow } from "./MessageRow";
import { PendingRow } from "./PendingRow";
import { DayRow, LoadingRow, NewRow, StartRow } from "./separators";

interface Drawn {
  row: Row;
  marked: boolean;
  going: boolean;
  node: VNode;
}

/** Draws rows and hands back the same node where nothing changed, so that scrolling draws only what is new. */
export function makeDraw() {
  let before = new Map<string, Drawn>();
  return (rows: readonly Row[], channelId: number, markedKey: string | null, deleting: ReadonlySet<number>): VNode[] => {
    const after = new Map<string, Drawn>();
    for (const row of rows) {
      const marked = row.key === markedKey;
      const going = row.kind === "message" && deleting.has(row.message.id);
      const known = before.get(row.key);
      const same = known?.marked === marked && known.going === going && isSame(known.row, row);
      after.set(row.key, same ? known : { row, marked, going, node: drawn(row, channelId, marked, going) });
    }
    before = after;
    return [...after.values()].map((item) => item.node);
  };
}

function isSame(a: Row, b: Row): boolean {
  if (a.kind === "message" && b.kind === "message") return a.message === b.message && a.first === b.first;
  if (a.kind === "pending" && b.kind === "pending") return a.pending === b.pending && a.first === b.first;
  return a.kind === b.kind; // the others are told apart by their key
}

function drawn(row: Row, channelId: number, marked: boolean, going: boolean): VNode {
  switch (row.kind) {
    case "day":
      return <DayRow key={row.key} rowKey={row.key} at={row.at} />;
    case "new":
      return <NewRow key={row.key} rowKey={row.key} />;
    case "start":
      return <StartRow key={row.key} rowKey={row.key} channelId={channelId} />;
    case "loading":
      return <LoadingRow key={row.key} rowKey={row.key} channelId={channelId} />;
    case "message":
      return <MessageRow key={row.key} rowKey={row.key} message={row.message} first={row.first} marked={marked} going={going} />;
    case "pending":
      return <PendingRow key={row.key} rowKey={row.key} pending={row.pending} first={row.first} />;
  }
}

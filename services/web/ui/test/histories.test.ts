import { readFileSync, readdirSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { withMembers } from "../src/state/members";
import { withPage } from "../src/state/messages";
import { fromAnswer, type State } from "../src/state/model";
import { withSnapshot } from "../src/state/refetch";
import { Follower, GAP_WAIT } from "../src/sync/follower";
import type { Event, Member, MessagePage, StateAnswer, Streams, SyncAnswer } from "../src/types";

/** Recorded from real runs by tests/histories/record.py; tests/unit/test_histories.py plays the same to the Python client. */
const FOLDER = `${import.meta.dirname}/../../../../tests/histories/recorded`;

interface Sync {
  since: Streams;
  streams: SyncAnswer["streams"];
  lost: string[];
  state: StateAnswer | null;
}

type Step =
  | { do: "receive"; event: Event }
  | { do: "heads"; streams: Streams }
  | { do: "wait"; sync: Sync | null }
  | { do: "gap"; sync: Sync };

interface Opened {
  channel_id: number;
  page: MessagePage;
  members: { members: Member[] };
}

interface History {
  start: { state: StateAnswer; opened: Opened[] };
  steps: Step[];
  applied: string[];
  end: unknown;
}

function opened(start: History["start"]): State {
  return start.opened.reduce(
    (state, { channel_id, page, members }) => withMembers(withPage(state, channel_id, page, "fresh"), channel_id, members.members),
    fromAnswer(start.state),
  );
}

/** All that the client knows, in the form in which histories keep it. */
function known(state: State): unknown {
  const lists = Object.entries(state.members).map(([id, list]) => [id, list.toSorted((a, b) => a.user_id - b.user_id)] as const);
  const views = Object.entries(state.views).map(([id, view]) => [id, view.messages] as const);
  return {
    user: state.me, preferences: state.preferences, streams: state.streams, channels: state.channels, users: state.users,
    members: Object.fromEntries(lists), messages: Object.fromEntries(views),
  };
}

describe("recorded histories", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(Math, "random").mockReturnValue(0);
  });
  afterEach(() => vi.useRealTimers());

  it.each(readdirSync(FOLDER))("%s ends as it does for the Python client", async (name) => {
    const history = JSON.parse(readFileSync(`${FOLDER}/${name}`, "utf8")) as History;
    let state = opened(history.start);
    let expected: Sync | null = null;
    const applied: string[] = [];
    const follower = new Follower({
      read: () => state,
      write: (next) => (state = next),
      sync: (since) => {
        expect(since).toEqual(expected?.since);
        const { streams } = expected ?? { streams: [] };
        return Promise.resolve({ streams });
      },
      refetch: (lost) => {
        expect(lost).toEqual(expected?.lost);
        if (expected?.state) state = withSnapshot(state, expected.state, lost);
        expected = null;
        return Promise.resolve();
      },
      applied: ({ stream, seq }) => applied.push(`${stream}@${seq}`),
    });
    for (const step of history.steps) {
      switch (step.do) {
        case "receive":
          follower.receive(step.event);
          break;
        case "heads":
          follower.heads(step.streams);
          break;
        case "gap":
          expected = step.sync;
          await follower.sync();
          break;
        case "wait":
          expected = step.sync;
          await vi.advanceTimersByTimeAsync(GAP_WAIT);
          break;
      }
    }
    expect(applied).toEqual(history.applied);
    expect(known(state)).toEqual(history.end);
  });
});

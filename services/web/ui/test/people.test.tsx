import { render, type ComponentType } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { chat } from "../src/state/store";
import DirectDialog from "../src/ui/DirectDialog";
import JumpDialog from "../src/ui/JumpDialog";
import { state, user } from "./make";
import { serve } from "./server";

/** Longer than the pause before people are looked for, and shorter than an answer takes. */
const PAUSE = 150;
const ANSWER = 1000;

const PEOPLE = [user(3, "Ann"), user(4, "Bob")];

function slowServer() {
  return serve(async ({ path, body }) => {
    await new Promise((resolve) => setTimeout(resolve, ANSWER));
    const query = new URL(path, "http://x").searchParams.get("q") ?? "";
    if (path.startsWith("/users?")) return { users: PEOPLE.filter(({ display_name }) => display_name.toLowerCase().startsWith(query)) };
    return { id: 99, asked: body };
  });
}

const field = (): HTMLInputElement => {
  const input = document.querySelector<HTMLInputElement>("dialog input");
  if (!input) throw new Error("there is no field");
  return input;
};
const pass = (milliseconds: number): Promise<void> => act(async () => {
    await vi.advanceTimersByTimeAsync(milliseconds);
  });
const type = (text: string): Promise<void> =>
  act(() => {
    field().value = text;
    field().dispatchEvent(new Event("input", { bubbles: true }));
  });
const enter = (): Promise<void> =>
  act(() => {
    field().dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  });

async function open(Dialog: ComponentType): Promise<void> {
  await act(() => render(<Dialog />, document.body));
}

describe("Enter after a name", () => {
  let asked: ReturnType<typeof serve>;
  beforeEach(() => {
    vi.useFakeTimers();
    asked = slowServer();
    chat.value = { ...state(), channels: {} };
  });
  afterEach(() => {
    render(null, document.body);
    chat.value = null;
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  const opened = (): unknown[] => asked.filter(({ path }) => path === "/channels/direct").map(({ body }) => body);

  it("opens a direct message with who is called so now, not with who was found before", async () => {
    await open(JumpDialog);
    await type("ann");
    await pass(PAUSE + ANSWER);
    expect(document.body.textContent).toContain("Ann");
    await type("bob");
    await enter();
    await pass(PAUSE);
    expect(opened()).toEqual([]);
    expect(document.body.textContent).toContain("Looking…");
    await pass(ANSWER);
    expect(opened()).toEqual([{ user_ids: [4] }]);
  });

  it("is taken back by typing on", async () => {
    await open(JumpDialog);
    await type("bob");
    await enter();
    await type("bo");
    await pass(PAUSE + ANSWER);
    expect(document.body.textContent).toContain("Bob");
    expect(opened()).toEqual([]);
    await enter();
    expect(opened()).toEqual([{ user_ids: [4] }]);
  });

  it("adds that person to a new direct message, and nobody where there is none", async () => {
    await open(DirectDialog);
    await pass(PAUSE + ANSWER);
    await type("bob");
    await enter();
    expect(document.querySelectorAll(".chip")).toHaveLength(0);
    await pass(PAUSE + ANSWER);
    expect([...document.querySelectorAll(".chip")].map((chip) => chip.textContent.trim())).toEqual(["Bob"]);
    await pass(PAUSE + ANSWER);
    await type("nobody");
    await enter();
    await pass(PAUSE + ANSWER);
    expect(document.querySelectorAll(".chip")).toHaveLength(1);
    expect(document.body.textContent).toContain("Nobody by that name.");
  });
});

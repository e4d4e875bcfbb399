import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { editing } from "../src/state/screen";
import { readEdit } from "../src/store/drafts";
import { running, start } from "../src/sync/start";
import { MessageEditor } from "../src/ui/MessageEditor";
import { answer, message } from "./make";
import { serve } from "./server";

vi.mock("socket.io-client", async () => ({ io: (await import("./live")).io }));

describe("an edit", () => {
  let answers: ((status: number) => void)[];
  beforeEach(async () => {
    answers = [];
    vi.stubGlobal("matchMedia", () => ({ matches: false }));
    serve(() => new Promise((then) => answers.push(then)));
    start(answer());
    editing.value = 103;
    await act(() => render(<MessageEditor message={message(3, { user_id: 1, source: "before" })} />, document.body));
  });
  afterEach(async () => {
    await act(() => render(null, document.body));
    running?.stop();
    editing.value = null;
    localStorage.clear();
    vi.unstubAllGlobals();
  });
  const field = (): HTMLTextAreaElement | null => document.querySelector("textarea");
  const press = (key: string, fields: KeyboardEventInit = {}): Promise<void> =>
    act(() => void field()?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...fields })));
  const write = (text: string): Promise<void> =>
    act(() => {
      const box = field();
      if (!box) return;
      box.value = text;
      box.dispatchEvent(new InputEvent("input", { bubbles: true }));
    });

  it("is kept where it is saved twice and cannot be saved", async () => {
    await write("after");
    await press("Enter");
    await press("Enter");
    await press("Escape");
    await vi.waitFor(() => expect(answers).toHaveLength(1));
    answers[0]?.(422);
    await vi.waitFor(async () => {
      await act(() => undefined);
      expect(field()?.readOnly).toBe(false);
    });
    expect(document.querySelector("[role=alert]")?.textContent).toContain("Not saved.");
    expect([field()?.value, readEdit(1, 103), editing.value]).toEqual(["after", "after", 103]);
  });

  it("is not given up by the Escape that ends a word of an input method", async () => {
    await write("後");
    await press("Escape", { isComposing: true });
    expect([readEdit(1, 103), editing.value]).toEqual(["後", 103]);
    await press("Escape");
    expect([readEdit(1, 103), editing.value]).toEqual([null, null]);
  });
});

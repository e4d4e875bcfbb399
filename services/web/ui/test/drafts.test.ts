import { beforeEach, describe, expect, it } from "vitest";
import { drafted, followDraft, loadDrafts, readDraft, readEdit, writeDraft, writeEdit } from "../src/store/drafts";

describe("drafts", () => {
  beforeEach(() => localStorage.clear());

  it("are kept by person and channel", () => {
    writeDraft(1, 7, "half a sent");
    writeDraft(1, 8, "another");
    expect([readDraft(1, 7), readDraft(1, 8), readDraft(2, 7)]).toEqual(["half a sent", "another", ""]);
  });

  it("outlive a reload, and tell which channels have one", () => {
    writeDraft(1, 7, "half a sent");
    drafted.value = new Set();
    loadDrafts(1);
    expect([...drafted.value]).toEqual([7]);
    loadDrafts(2);
    expect([...drafted.value]).toEqual([]);
  });

  it("are gone once their text is", () => {
    writeDraft(1, 7, "x");
    writeDraft(1, 7, "");
    expect(readDraft(1, 7)).toBe("");
    expect(drafted.value.has(7)).toBe(false);
    expect(localStorage.length).toBe(0);
  });

  it("that another tab writes are heard of here", () => {
    const heard: string[] = [];
    const stop = followDraft(1, 7, (text) => heard.push(text));
    const write = (key: string, newValue: string | null): boolean => window.dispatchEvent(new StorageEvent("storage", { key, newValue }));
    write("flack.draft.1.7", "more");
    write("flack.draft.1.8", "elsewhere");
    write("flack.draft.1.7", null);
    stop();
    write("flack.draft.1.7", "not heard any more");
    expect(heard).toEqual(["more", ""]);
  });

  it("of edits are kept by message until they are saved or cancelled", () => {
    writeEdit(1, 70, "");
    expect([readEdit(1, 70), readEdit(1, 71), readEdit(2, 70)]).toEqual(["", null, null]);
    writeEdit(1, 70, null);
    expect(readEdit(1, 70)).toBeNull();
  });
});

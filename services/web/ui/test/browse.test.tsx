import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import BrowseDialog from "../src/ui/BrowseDialog";
import { channel } from "./make";
import { serve } from "./server";

const old = { archived_at: "2026-01-01T00:00:00Z" };
const listed = [
  { ...channel(1, { name: "open" }), joined: false },
  { ...channel(2, { name: "mine" }), joined: true },
  { ...channel(3, { name: "past", ...old }), joined: false },
  { ...channel(4, { name: "my-past", ...old }), joined: true },
];

beforeEach(() => void serve(() => ({ channels: listed, next: null })));
afterEach(() => {
  render(null, document.body);
  vi.unstubAllGlobals();
});

it("a channel can be joined or opened, and one in the archive not joined", async () => {
  await act(() => render(<BrowseDialog />, document.body));
  await vi.waitFor(() => expect(document.querySelectorAll(".pick")).toHaveLength(listed.length));
  const lines = [...document.querySelectorAll(".pick")].map((line) => [
    line.querySelector("strong")?.textContent,
    line.querySelector(".button")?.textContent.trim(),
    line.textContent.includes("Archived"),
  ]);
  expect(lines).toEqual([
    ["open", "Join", false],
    ["mine", "Open", false],
    ["past", undefined, true],
    ["my-past", "Open", true],
  ]);
});

import { afterEach, describe, expect, it, vi } from "vitest";
import { outbox } from "../src/state/store";
import { sendMessage } from "../src/sync/messages";
import { accessToken, forgetToken, onOtherPerson } from "../src/sync/session";
import { running, start } from "../src/sync/start";
import { answer } from "./make";

vi.mock("socket.io-client", async () => ({ io: (await import("./live")).io }));

describe("where somebody else has signed in in another tab", () => {
  afterEach(() => {
    running?.stop();
    vi.unstubAllGlobals();
    localStorage.clear();
  });

  it("the page begins anew, and nothing of the one is sent as the other's", async () => {
    const asked: string[] = [];
    vi.stubGlobal("fetch", (url: string) => {
      asked.push(url);
      return Promise.resolve(new Response(JSON.stringify({ access_token: "of Bob", expires_in: 900, user_id: 2 })));
    });
    const replaced = vi.fn();
    onOtherPerson(replaced);
    forgetToken();
    start(answer());
    sendMessage(7, "what Ada wrote");
    await expect(accessToken(true)).rejects.toThrow();
    await vi.waitFor(() => expect(replaced).toHaveBeenCalled());
    expect(asked.every((url) => url === "/session/token")).toBe(true);
    expect(outbox.value).toMatchObject([{ source: "what Ada wrote" }]);
  });
});

import { expect, it } from "vitest";
import { sinceQueries } from "../src/sync/since";

it("asks for a few streams in one request", () => {
  expect(sinceQueries({ "user:1": 3, "channel:7": 10 })).toEqual(["user:1@3,channel:7@10"]);
});

it("asks for many streams in requests whose lines every server takes", () => {
  const since = Object.fromEntries(Array.from({ length: 450 }, (_, at) => [`channel:${1_000_000 + at}`, 1_000_000 + at]));
  const queries = sinceQueries(since);
  expect(queries.join(",")).toBe(Object.entries(since).map(([stream, seq]) => `${stream}@${seq}`).join(","));
  expect(Math.max(...queries.map((query) => query.length))).toBeLessThan(3500);
});

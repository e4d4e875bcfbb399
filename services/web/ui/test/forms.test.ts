import { describe, expect, it } from "vitest";
import { complaintAbout } from "../src/ui/useForm";

interface Fields {
  required?: boolean;
  minLength?: number;
  type?: string;
}

function field(value: string, fields: Fields = {}, longest?: number): HTMLInputElement {
  const input: HTMLInputElement = document.createElement("input");
  Object.assign(input, { value, ...fields });
  if (longest !== undefined) input.dataset["longest"] = String(longest);
  return input;
}

describe("what is wrong with a field before it is sent", () => {
  it.each([
    [field("  ", { required: true }), "This cannot be empty."],
    [field("   ", { required: true, type: "password" }), null], // blanks are characters of a password
    [field("seven77", { minLength: 8 }), "This takes at least 8 characters."],
    [field("x".repeat(81), {}, 80), "This takes at most 80 characters."],
    [field(` ${"🛶".repeat(80)} `, { required: true }, 80), null], // counted as the server does: whole characters, no blanks around
    [field(""), null],
  ])("is said in words (%#)", (input, words) => {
    expect(complaintAbout(input)).toBe(words);
  });
});

import { Dialog } from "./Dialog";
import { shortcut } from "./shortcut";

const KEYS: [string, string][] = [
  [shortcut("K"), "Jump to a channel or person"],
  ["Alt ↑ / Alt ↓", "Previous or next unread channel"],
  ["Enter", "Send the message"],
  ["Shift Enter", "New line"],
  ["↑", "Edit your last message, when the field is empty"],
  [shortcut("Z"), "Take back a deletion, for some seconds"],
  ["Esc", "Close or cancel"],
  ["Tab, then ↑ / ↓", "Walk through messages"],
  ["Shift ?", "This list; once more to write a question mark"],
];

const MARKDOWN: [string, string][] = [
  ["**bold**", "bold"],
  ["*italic*", "italic"],
  ["`code`", "code in a line"],
  ["```", "a block of code, until the next ```"],
  ["> text", "a quote"],
  ["- item", "a list"],
];

export default function HelpDialog() {
  return (
    <Dialog title="Keyboard and writing" wide>
      <div class="help">
        <List title="Keyboard" rows={KEYS} keys />
        <List title="Writing" rows={MARKDOWN} />
      </div>
    </Dialog>
  );
}

function List({ title, rows, keys = false }: { title: string; rows: [string, string][]; keys?: boolean }) {
  return (
    <section>
      <h3>{title}</h3>
      <dl>
        {rows.map(([what, means]) => (
          <div key={what} class="help-row">
            <dt>{keys ? <kbd>{what}</kbd> : <code>{what}</code>}</dt>
            <dd>{means}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

import { render } from "preact";
import "./styles/index.css";
import { installation } from "./state/store";
import { leave, resume } from "./sync/account";
import { onOtherPerson, onSessionEnd } from "./sync/session";
import { start } from "./sync/start";
import type { Boot } from "./types";
import { App } from "./ui/App";
import { keepFocus } from "./ui/focus";
import { listenToKeys } from "./ui/keyboard";
import { keepPage } from "./ui/page";
import { listenToHistory } from "./ui/router";

const data = document.querySelector("#flack-boot")?.textContent;
const boot = JSON.parse(data ?? "null") as Boot | null;
const root = document.querySelector("#app");

if (boot?.installation) installation.value = { ...installation.value, ...boot.installation };
onSessionEnd(leave);
onOtherPerson(() => location.reload());
keepPage();
keepFocus();
listenToHistory();
listenToKeys();

function show(): void {
  if (!root) return;
  root.replaceChildren(); // the server's first paint makes place within the same frame
  render(<App />, root);
}

if (boot?.state) start(boot.state);
if (boot?.user && !boot.state) void resume(show);
else show();

import { render } from "preact";
import { follow } from "./scale/snapshots";
import { ScalePage } from "./scale/ScalePage";
import "./styles/scale.css";

const root = document.querySelector("#app");
if (root) {
  root.replaceChildren();
  render(<ScalePage />, root);
}
follow();

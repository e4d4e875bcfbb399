import { dialog } from "../state/screen";
import Jump from "./JumpDialog";
import { lazyDialog } from "./lazy";

const Help = lazyDialog(() => import("./HelpDialog"));
const Create = lazyDialog(() => import("./CreateChannelDialog"));
const Browse = lazyDialog(() => import("./BrowseDialog"));
const Direct = lazyDialog(() => import("./DirectDialog"));
const Preferences = lazyDialog(() => import("./PreferencesDialog"));
const Confirm = lazyDialog(() => import("./ConfirmDialog"));

/** The dialog that is open, if any. All but the quickest are loaded when there is time, or when asked for. */
export function Dialogs() {
  const open = dialog.value;
  switch (open?.name) {
    case "jump":
      return <Jump />;
    case "help":
      return <Help />;
    case "create":
      return <Create />;
    case "browse":
      return <Browse />;
    case "direct":
      return <Direct />;
    case "preferences":
      return <Preferences />;
    case "confirm":
      return <Confirm {...open} />;
    case undefined:
      return null;
  }
}

import { dialog } from "../state/screen";
import Jump from "./JumpDialog";
import { lazy } from "./lazy";

const Help = lazy(() => import("./HelpDialog"));
const Create = lazy(() => import("./CreateChannelDialog"));
const Browse = lazy(() => import("./BrowseDialog"));
const Direct = lazy(() => import("./DirectDialog"));
const Preferences = lazy(() => import("./PreferencesDialog"));
const Confirm = lazy(() => import("./ConfirmDialog"));

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

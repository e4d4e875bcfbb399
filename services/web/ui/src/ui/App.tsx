import { useEffect } from "preact/hooks";
import { route } from "../state/screen";
import { chat } from "../state/store";
import { lastChannel, navigate, rememberPath } from "./router";
import { Shell } from "./Shell";
import { SignIn } from "./SignIn";
import { SignUp } from "./SignUp";

/** The page by its route. Strangers sign in first and then come where they wanted to go. */
export function App() {
  const here = route.value;
  const signedIn = chat.value !== null;
  useEffect(() => {
    if (!signedIn && here.page !== "sign-in" && here.page !== "sign-up") {
      if (here.page === "channel") rememberPath(location.pathname);
      navigate("/sign-in", true);
    }
    if (signedIn && here.page !== "channel") openSomething();
  }, [signedIn, here]);
  if (signedIn) return <Shell />;
  return here.page === "sign-up" ? <SignUp invite={here.invite} /> : <SignIn />;
}

/** Opens the channel that was open last, or the first there is. */
function openSomething(): void {
  const state = chat.peek();
  if (!state) return;
  const last = lastChannel();
  const known = Object.values(state.channels).filter((channel) => channel.archived_at === null);
  const general = known.find((channel) => channel.name === "general") ?? known.find((channel) => channel.kind !== "direct") ?? known[0];
  const id = last !== null && last in state.channels ? last : general?.id;
  if (id !== undefined) navigate(`/c/${id}`, true);
  else if (location.pathname !== "/") navigate("/", true);
}

import { toast } from "../state/screen";
import { wordsOf } from "../sync/problem";

/** Does something and tells in words when it did not work. */
export async function attempt(what: () => Promise<unknown>, done?: string): Promise<boolean> {
  try {
    await what();
    if (done !== undefined) toast(done, null, 2500);
    return true;
  } catch (error) {
    toast(wordsOf(error));
    return false;
  }
}

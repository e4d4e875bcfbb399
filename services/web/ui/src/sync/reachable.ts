/** Whether the page's own server answers at all. */
export function isReachable(): Promise<boolean> {
  return fetch("/robots.txt", { cache: "no-store" }).then(
    (response) => response.ok,
    () => false,
  );
}

/** The whole icon set: 20 units wide, one stroke width, drawn in the text's colour. */
const PATHS = {
  hash: "M7.5 3 6 17M14 3l-1.500 14M3.500 7.500h13.500M3 12.500h13.500",
  lock: "M5 9h10v8H5zM7 9V6.500a3 3 0 0 1 6 0V9",
  plus: "M10 4v12M4 10h12",
  search: "M9 3.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11zM13 13l4 4",
  close: "M5 5l10 10M15 5 5 15",
  send: "M3.500 10 17 3.500 12.500 17l-3-6zM9.500 11 17 3.500",
  edit: "M4 16l.7-3.300L13 4.400l2.600 2.600-8.300 8.300zM11 6.400 13.600 9",
  trash: "M4 6h12M8 6V4h4v2M6 6l.7 10h6.600L14 6",
  link: "M8.500 11.500l3-3M9 6.500l1.800-1.800a3 3 0 0 1 4.400 4.400L13.500 11M11 13.500l-1.800 1.800a3 3 0 0 1-4.400-4.400L6.500 9",
  copy: "M7 7h9v9H7zM4 13V4h9",
  check: "M4 10.500l4 4L16 6",
  people: "M7.500 10a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.500 16.500c0-3 2.200-4.500 5-4.500s5 1.500 5 4.500M13 4.300a3 3 0 0 1 0 5.400M14.500 12.300c1.900.6 3 2 3 4.200",
  menu: "M3 5.500h14M3 10h14M3 14.500h14",
  settings: "M3 6h8M15 6h2M3 14h2M9 14h8M13 4v4M7 12v4",
  down: "M10 4v12M5 11l5 5 5-5",
  up: "M10 16V4M5 9l5-5 5 5",
  help: "M7.500 7.500a2.500 2.500 0 1 1 3.500 2.300c-.7.300-1 .8-1 1.700M10 14.500v.1M10 2.500a7.500 7.500 0 1 0 0 15 7.500 7.500 0 0 0 0-15z",
  exit: "M12 4H5v12h7M9 10h8M14 7l3 3-3 3",
  archive: "M3 4h14v4H3zM4.500 8v8h11V8M8 11h4",
  compose: "M16 10v6H4V4h6M9 11l.4-2L15 3.400 16.600 5 11 10.600z",
  chat: "M3.500 4h13v9.500H9L5.500 16.500v-3h-2z",
  warning: "M10 3 2.500 16.500h15zM10 8.500v3.500M10 14.300v.1",
  clock: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM10 6v4.200l2.500 1.500",
  quiet: "M6 8a4 4 0 0 1 8 0c0 4 1.500 5 1.500 5h-11S6 12 6 8M8.500 15.500a1.600 1.600 0 0 0 3 0M3 3l14 14",
  download: "M10 3v9M6 8.500l4 4 4-4M4 16.500h12",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

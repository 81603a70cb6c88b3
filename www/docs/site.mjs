// Every page of the site, in the order of its menu. `file` is the Markdown, from the root of the project; `name` is the page's file name.

export const SITE = [
  {
    group: "Start",
    pages: [
      { name: "index", file: "www/docs/index.md", menu: "What it is" },
      { name: "quick-start", file: "www/docs/quick-start.md" },
      { name: "bundlers", file: "www/docs/bundlers.md", menu: "npm and bundlers" },
      { name: "frameworks", file: "www/docs/frameworks.md" },
      { name: "consumers", file: "docs/consumers.md" },
      { name: "migration", file: "www/docs/migration.md", menu: "Migration" },
    ],
  },
  {
    group: "The button",
    pages: [
      { name: "reference", file: "www/docs/reference.md" },
      { name: "styling", file: "www/docs/styling.md" },
      { name: "keyboard", file: "docs/keyboard.md", menu: "Keyboard" },
      { name: "modes", file: "www/docs/modes.md", menu: "Modes" },
      { name: "events", file: "www/docs/events.md" },
      { name: "languages", file: "docs/languages.md" },
      { name: "csp", file: "www/docs/csp.md", menu: "Content security policy" },
    ],
  },
  {
    group: "The backend",
    pages: [
      { name: "server", file: "www/docs/server.md" },
      { name: "backend", file: "docs/backend.md" },
      { name: "orders", file: "www/docs/orders.md", menu: "Orders" },
      { name: "operating", file: "docs/operating.md", menu: "Operating" },
      { name: "contract", file: "docs/contract.md", menu: "The contract" },
    ],
  },
  {
    group: "Real money",
    pages: [
      { name: "going-live", file: "www/docs/going-live.md" },
      { name: "troubleshooting", file: "www/docs/troubleshooting.md" },
    ],
  },
];

export const PAGES = SITE.flatMap(({ group, pages }) => pages.map((it) => Object.assign(it, { group })));

/** Where the project's other files can be read. */
export const REPOSITORY = "https://github.com/malipo/malipo/blob/main/";

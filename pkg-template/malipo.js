// The script embed: <script type="module" src="/malipo/malipo.js"></script>
export * from "./index.js";

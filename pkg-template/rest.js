// What is loaded together with the Rust half: its glue, and what no press waits for.
export { Back } from "./back.js";
export { judgeWords, report } from "./console.js";
export { Handle, finish, imports } from "./core.js";
export { compat } from "./javascript.js";
export { Panel } from "./panel.js";
export { listen, send } from "./requests.js";
export { tell } from "./seen.js";
export { default as english } from "./texts/en.js";
export { attend } from "./wakes.js";
export { announce, follow } from "./way.js";

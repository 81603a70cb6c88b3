// Importing it registers <pay-button> and <pay-status>; it exports nothing.
import type {} from "./index.js";

export {};

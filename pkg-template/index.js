// The package: the classes, and the elements registered.
import "./define.js";

export * from "./pay-button.js";

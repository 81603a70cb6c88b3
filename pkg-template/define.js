// Registers <pay-button> and <pay-status>. Where the page has loaded another copy before, that one stays.
import { register } from "./register.js";

register();

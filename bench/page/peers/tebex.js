import Tebex from "@tebexio/tebex.js";

// Importing it defines <tebex-checkout>, which makes what is inside it pressable.
window.Tebex = Tebex;

// Importing is fine on a server; making a button there says what is missing.
import { PayButton } from "malipo";

try {
  new PayButton(null, {});
} catch ({ name, code, message }) {
  console.log(`${name} ${code}: ${message}`);
}

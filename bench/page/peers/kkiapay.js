// Importing it defines <kkiapay-widget>.
import "kkiapay";

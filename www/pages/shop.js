// The demo shop's page: a basket, the orders of this browser, and a log of the widget's events.
import { startBasket } from "./basket.js";
import { startEvents } from "./events.js";
import { startCustomer } from "./customer.js";
import { startOrders } from "./orders.js";

startEvents();
startOrders();
startCustomer();
startBasket();

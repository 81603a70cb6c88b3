<?php

return require __DIR__ . '/../../../../examples/backend-laravel/config/joyndpay.php';

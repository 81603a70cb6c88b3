<?php

return [
    'default' => 'sqlite',
    'connections' => ['sqlite' => ['driver' => 'sqlite', 'database' => env('DATA_DIR') . '/database.sqlite', 'prefix' => '']],
    'migrations' => 'migrations',
];

<?php

// Files: a limit counts over requests and workers.
$stores = ['file' => ['driver' => 'file', 'path' => env('DATA_DIR') . '/cache']];

return ['default' => 'file', 'stores' => $stores, 'prefix' => ''];

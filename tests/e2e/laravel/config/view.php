<?php

return ['paths' => [__DIR__], 'compiled' => env('DATA_DIR')];

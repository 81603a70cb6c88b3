<?php

/*
 * The rest of a Laravel app around examples/backend-laravel, as far as the tests need it: what `laravel new` makes, and Debian's
 * php-laravel-framework in place of vendor/. `php -S ADDRESS app.php` serves it; `php app.php COMMAND` is its artisan.
 */

use Illuminate\Cache\RateLimiting\Limit;
use Illuminate\Contracts\Console\Kernel as ConsoleKernel;
use Illuminate\Contracts\Debug\ExceptionHandler;
use Illuminate\Contracts\Http\Kernel as HttpKernel;
use Illuminate\Foundation\Application;
use Illuminate\Http\Request;
use Illuminate\Routing\Middleware\{SubstituteBindings, ThrottleRequests};
use Illuminate\Support\Facades\{RateLimiter, Route};
use Symfony\Component\Console\Input\ArgvInput;
use Symfony\Component\Console\Output\ConsoleOutput;

// Laravel 8 is older than PHP 8.2 and says so with every class.
error_reporting(E_ALL & ~E_DEPRECATED);
require 'Illuminate/autoload.php';
require 'GuzzleHttp/autoload.php';

const EXAMPLE = __DIR__ . '/../../../examples/backend-laravel';
spl_autoload_register(function (string $class) {
    $file = EXAMPLE . '/' . lcfirst(strtr($class, '\\', '/')) . '.php';
    is_file($file) && require $file;
});

$app = new Application(__DIR__);
$app->useStoragePath(getenv('DATA_DIR'));
$app->useDatabasePath(EXAMPLE . '/database');
$app->singleton(HttpKernel::class, Illuminate\Foundation\Http\Kernel::class);
$app->singleton(ConsoleKernel::class, Illuminate\Foundation\Console\Kernel::class);
$app->singleton(ExceptionHandler::class, Illuminate\Foundation\Exceptions\Handler::class);
$app->booted(function () use ($app) {
    // As Laravel 8 to 10 make them.
    RateLimiter::for('api', fn (Request $request) => Limit::perMinute(60)->by($request->ip()));
    Route::aliasMiddleware('throttle', ThrottleRequests::class);
    Route::middlewareGroup('api', ['throttle:api', SubstituteBindings::class]);
    Route::prefix('api')->middleware('api')->group(EXAMPLE . '/routes/api.php');
    $app->runningInConsole() && require EXAMPLE . '/routes/console.php';
});

if (PHP_SAPI === 'cli') {
    exit($app->make(ConsoleKernel::class)->handle(new ArgvInput(), new ConsoleOutput()));
}
$kernel = $app->make(HttpKernel::class);
$request = Request::capture();
$response = $kernel->handle($request);
$response->send();
$kernel->terminate($request, $response);

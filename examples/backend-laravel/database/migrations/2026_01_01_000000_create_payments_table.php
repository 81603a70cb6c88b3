<?php

use Illuminate\Database\Migrations\Migration;
use Illuminate\Database\Schema\Blueprint;
use Illuminate\Support\Facades\Schema;

return new class extends Migration
{
    public function up()
    {
        Schema::create('payments', function (Blueprint $table) {
            $table->string('order_id')->primary();
            $table->string('key')->nullable()->unique(); // of the press; given back where its payment was never opened
            $table->string('wish');
            $table->string('token');
            $table->unsignedBigInteger('amount');
            $table->boolean('test'); // no real money: never delivered
            $table->unsignedBigInteger('begun')->index();
            $table->string('status')->default('begun');
            $table->string('reason')->nullable();
            $table->text('redirect_url')->nullable();
        });
    }

    public function down()
    {
        Schema::dropIfExists('payments');
    }
};

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
            // The press's Idempotency-Key; given back where its payment was never opened.
            $table->string('key')->nullable()->unique();
            $table->string('wish'); // what is paid for
            $table->unsignedBigInteger('amount'); // what that costs
            $table->string('token'); // whoever has it may ask how the payment stands
            $table->string('back')->unique(); // by this the shopper comes back from JoyndPay's page
            $table->text('return_url'); // to this page of the shop
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

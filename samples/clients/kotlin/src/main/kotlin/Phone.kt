// A phone app: follows two layers on one stream, moves the view, returns after a loss with the state that it
// holds, and reads what has changed in the background with one call.
//
//   mvn -q compile exec:java -Dexec.args="127.0.0.1:50051 10"
package citylayers.samples

import citylayers.common.v1.BoundingBox
import citylayers.layers.v1.FollowLayersRequest
import citylayers.layers.v1.FollowLayersResponse
import citylayers.layers.v1.FollowedLayer
import citylayers.layers.v1.GetChangesRequest
import citylayers.layers.v1.GetChangesResponse
import citylayers.layers.v1.LayerServiceGrpcKt.LayerServiceCoroutineStub
import citylayers.layers.v1.View
import io.grpc.Status
import io.grpc.StatusException
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder
import java.util.concurrent.TimeUnit
import kotlin.math.min
import kotlin.random.Random
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlin.time.TimeSource
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.takeWhile
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeoutOrNull

private val layers = listOf("layers/traffic", "layers/flood")
private val moveEvery = 2.seconds
private const val HEARTBEAT_MS = 30_000
private const val PAUSE_MAX_MS = 5000L

private fun viewAt(shiftDeg: Double): View =
    View.newBuilder()
        .setViewport(
            BoundingBox.newBuilder()
                .setWestDeg(106.68 + shiftDeg)
                .setSouthDeg(10.76)
                .setEastDeg(106.71 + shiftDeg)
                .setNorthDeg(10.78),
        )
        .setZoom(15)
        .build()

private class Phone(private val stub: LayerServiceCoroutineStub) {
    val states = layers.associateWith { LayerState(viewAt(0.0)) }.toMutableMap()

    /** Opens the stream with the states that are held, then moves the view every two seconds. */
    private fun requests() = flow {
        val first = FollowLayersRequest.newBuilder().setView(viewAt(0.0)).setTickMs(1000).setHeartbeatMs(HEARTBEAT_MS)
        for (name in layers) {
            val layer = FollowedLayer.newBuilder().setName(name)
            states.getValue(name).resume?.let(layer::setResume)
            first.addLayers(layer)
        }
        emit(first.build())
        while (true) {
            delay(moveEvery)
            emit(FollowLayersRequest.newBuilder().setView(viewAt(0.01 * Random.nextInt(-2, 3))).build())
        }
    }

    /** One call, until it ends; throws its error. */
    suspend fun follow() {
        stub.followLayers(requests()).takeWhile { apply(it) }.collect {}
    }

    private fun apply(message: FollowLayersResponse): Boolean {
        val state = states.getValue(message.name)
        val fits = when (message.eventCase) {
            FollowLayersResponse.EventCase.SNAPSHOT -> state.apply(message.snapshot).let { true }
            FollowLayersResponse.EventCase.DELTA -> state.apply(message.delta)
            else -> state.apply(message.heartbeat).let { true }
        }
        if (!fits) states[message.name] = LayerState(viewAt(0.0))
        println("${message.name} ${message.eventCase.name.lowercase()}, ${state.size} held")
        return fits
    }

    /** In the background: no stream, one call for all that has changed since. */
    suspend fun refresh() {
        for (name in layers) {
            val state = states.getValue(name)
            val view = viewAt(0.0)
            val request = GetChangesRequest.newBuilder().setName(name).setViewport(view.viewport).setZoom(view.zoom)
            state.resume?.let(request::setResume)
            val answer = stub.withDeadlineAfter(10, TimeUnit.SECONDS).getChanges(request.build())
            when (answer.eventCase) {
                GetChangesResponse.EventCase.SNAPSHOT -> state.apply(answer.snapshot)
                GetChangesResponse.EventCase.DELTA -> state.apply(answer.delta)
                else -> {}
            }
            println("$name background ${answer.eventCase.name.lowercase()}, ${state.size} held")
        }
    }
}

private val transient = setOf(Status.Code.UNAVAILABLE, Status.Code.RESOURCE_EXHAUSTED, Status.Code.CANCELLED)

fun main(args: Array<String>) = runBlocking {
    val server = args.getOrElse(0) { "127.0.0.1:50051" }
    val duration = args.getOrElse(1) { "10" }.toInt().seconds
    val channel = NettyChannelBuilder.forTarget(server)
        .usePlaintext() // a public server has TLS: leave this out
        // Finds silent networks during calls; an idle app sends nothing.
        .keepAliveTime(30, TimeUnit.SECONDS)
        .keepAliveTimeout(10, TimeUnit.SECONDS)
        .keepAliveWithoutCalls(false)
        .build()
    val phone = Phone(LayerServiceCoroutineStub(channel))
    val begin = TimeSource.Monotonic.markNow()
    var failures = 0
    while (begin.elapsedNow() < duration) {
        try {
            withTimeoutOrNull(duration - begin.elapsedNow()) { phone.follow() }
            failures = 0
        } catch (error: StatusException) {
            if (error.status.code !in transient) throw error
            println("stream ended: ${error.status.description}")
            failures += 1
        }
        // The spread keeps ten thousand phones from returning at once.
        val backoff = min(250L shl min(failures, 8), PAUSE_MAX_MS)
        if (begin.elapsedNow() < duration) delay((backoff * Random.nextDouble(0.5, 1.0)).toLong().milliseconds)
    }
    phone.refresh()
    channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS)
    Unit
}

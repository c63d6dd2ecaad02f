// The state of a layer on the client's side, from the messages of WatchLayer, FollowLayers and GetChanges.
package citylayers.samples

import citylayers.layers.v1.Delta
import citylayers.layers.v1.Heartbeat
import citylayers.layers.v1.LayerVersion
import citylayers.layers.v1.ResumeToken
import citylayers.layers.v1.Snapshot
import citylayers.layers.v1.StateRows
import citylayers.layers.v1.View

/** Rows by id and sub-layer. Rows that have left the view keep their last values. `view`: of the request. */
class LayerState(private var view: View) {
    val rows = mutableMapOf<String, MutableMap<Int, List<Int>>>()

    /** The token for the next request; null: no state. */
    var resume: ResumeToken? = null
        private set

    val size get() = rows.values.sumOf { it.size }

    fun apply(snapshot: Snapshot) {
        rows.clear()
        set(snapshot.rowsList)
        if (snapshot.hasView()) view = snapshot.view
        hold(snapshot.packId, snapshot.version)
    }

    /** False for a delta of another state: drop this one, and open the stream without `resume`. */
    fun apply(delta: Delta): Boolean {
        val held = resume
        if (held == null || held.packId != delta.packId || held.version != delta.from) return false
        set(delta.rowsList)
        if (delta.hasView()) view = delta.view
        hold(delta.packId, delta.to)
        return true
    }

    fun apply(heartbeat: Heartbeat) {
        if (heartbeat.hasVersion()) resume = resume?.toBuilder()?.setVersion(heartbeat.version)?.build()
    }

    private fun hold(packId: String, version: LayerVersion) {
        resume = ResumeToken.newBuilder().setPackId(packId).setVersion(version).setView(view).build()
    }

    private fun set(subLayers: List<StateRows>) {
        for (subLayer in subLayers) {
            val held = rows.getOrPut(subLayer.subLayer) { mutableMapOf() }
            var id = 0
            for (i in 0 until subLayer.idGapsCount) {
                id += subLayer.getIdGaps(i)
                held[id] = subLayer.columnsList.map { it.getValues(i) }
            }
        }
    }
}

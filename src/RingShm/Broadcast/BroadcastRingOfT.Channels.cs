using System.Threading.Channels;

namespace RingShm;

/// <remarks>The ring's ends as those of a channel: every channel reader gets every value.</remarks>
public sealed partial class BroadcastRing<T>
{
    /// <summary>
    /// Attaches a writer as a channel's. Dispose it to give the role back; complete it when no more will come, from anybody.
    /// </summary>
    /// <param name="fullMode">What a full ring means; see <see cref="AttachWriter(BoundedChannelFullMode)"/>.</param>
    /// <inheritdoc cref="AttachWriter(BoundedChannelFullMode)"/>
    public RingChannelWriter<T> AttachChannelWriter(BoundedChannelFullMode fullMode = BoundedChannelFullMode.Wait) =>
        ChannelEnds.Writer(AttachWriter(fullMode), _core);

    /// <summary>
    /// Attaches a reader as a channel's: it gets every value from where it starts. Dispose it when it is done, or writers of a reliable
    /// ring wait for it.
    /// </summary>
    /// <param name="start">Where it begins.</param>
    /// <param name="resume">Where it goes on when it was lapped; for lossy rings only.</param>
    /// <param name="lost">
    /// Told how many values a lossy ring has lost for this reader, before it returns the one behind them; called under its lock, on
    /// whichever thread reads. Null to have the read throw a <see cref="MessagesLostException"/>. See <see cref="RingChannelReader{T}"/>.
    /// </param>
    /// <inheritdoc cref="AttachReader"/>
    public RingChannelReader<T> AttachChannelReader(
        ReaderStart start = ReaderStart.Oldest, ReaderResume resume = ReaderResume.Oldest, Action<long>? lost = null) =>
        ChannelEnds.Reader(AttachReader(start, resume), lost);
}

using RingShm.Memory;

namespace RingShm;

/// <summary>
/// A writer of a <see cref="StateCell{T}"/>, which reads as well. Used by one thread at a time. It waits for nobody: not for readers,
/// not for other writers, not for those who were stopped or killed in the middle. If it dies before its value is
/// published, the previous one stays.
/// </summary>
/// <typeparam name="T">An unmanaged type; every process must lay it out alike.</typeparam>
public sealed class StateWriter<T> : StateReader<T>
    where T : unmanaged
{
    private State.StateWriterCore<DirectMemory> _writer;

    internal StateWriter(in State.StateAttachment attachment, in State.StateWriterCore<DirectMemory> writer)
        : base(attachment) => _writer = writer;

    /// <summary>Makes this the latest value, whatever was there. Returns its version. Lock-free: it tries again only when another has written.</summary>
    /// <param name="value">The value.</param>
    /// <exception cref="InvalidOperationException">Another thread is using this handle.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    /// <exception cref="RingCorruptException">The cell's words make no sense.</exception>
    public long Write(in T value)
    {
        Enter();
        try
        {
            long version = _writer.Write(value);
            Bells.Own.Ring();
            return version;
        }
        finally
        {
            Exit();
        }
    }

    /// <summary>
    /// Makes this the latest value if the version is still the expected one: read, change, and write back without losing what another wrote in
    /// between. False when it is not. Never waits.
    /// </summary>
    /// <param name="expectedVersion">The version on which the new value rests; 0 when nothing was written yet.</param>
    /// <param name="value">The value.</param>
    /// <param name="version">The new value's version; or, if nothing was written, the version that is there instead.</param>
    /// <inheritdoc cref="Write"/>
    public bool TryUpdate(long expectedVersion, in T value, out long version)
    {
        Enter();
        try
        {
            bool isDone = _writer.TryUpdate(expectedVersion, value, out version);
            if (isDone)
                Bells.Own.Ring();
            return isDone;
        }
        finally
        {
            Exit();
        }
    }
}

using System.Runtime.CompilerServices;

namespace RingShm;

/// <summary>
/// A reader of a <see cref="StateCell{T}"/>. Used by one thread at a time. It always gets a whole value, in a bounded number of steps,
/// however fast others write, and whoever of them is stopped or killed.
/// </summary>
/// <typeparam name="T">An unmanaged type; every process must lay it out alike.</typeparam>
public class StateReader<T> : StateHandle
    where T : unmanaged
{
    internal StateReader(in State.StateAttachment attachment)
        : base(attachment)
    {
    }

    /// <summary>Copies the value. False when nothing was written yet. Never waits, never allocates.</summary>
    /// <param name="value">The value.</param>
    /// <exception cref="InvalidOperationException">Another thread is using this handle.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    /// <exception cref="RingCorruptException">The cell's words make no sense.</exception>
    public bool TryRead(out T value)
    {
        Enter();
        if (!Reader.TryReadOnce(out value, out _))
            return TryReadAgain(out value, out _);
        Exit();
        return true;
    }

    /// <summary>Copies the value and says which version it is. False when nothing was written yet. Never waits, never allocates.</summary>
    /// <param name="value">The value.</param>
    /// <param name="stamp">Its version.</param>
    /// <inheritdoc cref="TryRead(out T)"/>
    public bool TryRead(out T value, out StateStamp stamp)
    {
        Enter();
        if (!Reader.TryReadOnce(out value, out State.StateRead read))
            return TryReadAgain(out value, out stamp);
        stamp = StampOf(read);
        Exit();
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryReadAgain(out T value, out StateStamp stamp)
    {
        try
        {
            bool isRead = Reader.TryReadAgain(out value, out State.StateRead read);
            stamp = StampOf(read);
            return isRead;
        }
        finally
        {
            Exit();
        }
    }
}

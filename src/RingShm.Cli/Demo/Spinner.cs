namespace RingShm.Cli.Demo;

/// <summary>Waits for the other side: it polls for some microseconds, and then lets others run between polls.</summary>
internal struct Spinner
{
    private const int BarePolls = 4096;

    private int _polls;

    /// <summary>Call after a poll that found nothing. True when it has taken so long that it is time to look around.</summary>
    public bool Wait()
    {
        if (++_polls < BarePolls)
            return false;
        Thread.Yield();
        return true;
    }

    /// <summary>Call after a poll that found something.</summary>
    public void Reset() => _polls = 0;
}

namespace RingShm.Mpmc;

/// <summary>Pauses after lost compare-and-swaps, a little longer each time: whoever has won gets the line undisturbed.</summary>
internal struct Contention
{
    private const int LongestPause = 64;

    private int _pause;

    public void Lost()
    {
        if (_pause > 0)
            Thread.SpinWait(_pause);
        _pause = Math.Min(LongestPause, (_pause * 2) + 1);
    }
}

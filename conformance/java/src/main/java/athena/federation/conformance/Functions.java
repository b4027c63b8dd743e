package athena.federation.conformance;

import com.amazonaws.athena.connector.lambda.handlers.UserDefinedFunctionHandler;
import java.math.BigDecimal;
import java.time.LocalDateTime;

/** Functions in Java for SQL to call; the SDK finds them by name and type. */
public final class Functions extends UserDefinedFunctionHandler {
    Functions() {
        super("conformance");
    }

    /** Twice a number. */
    public Long twice(Long number) {
        return number == null ? null : 2 * number;
    }

    /** Both texts in one. */
    public String both(String one, String other) {
        return one + other;
    }

    /** An amount with a tenth more. */
    public BigDecimal raised(BigDecimal amount) {
        return amount == null ? null : amount.multiply(new BigDecimal("1.1"));
    }

    /** The moment an hour later. */
    public LocalDateTime later(LocalDateTime moment) {
        return moment == null ? null : moment.plusHours(1);
    }
}
